// What a page does besides standing still. Without it the book reads the same.
"use strict";

const root = document.documentElement;
const words = document.getElementById("words").dataset;

// Light and dark: the reader's choice is kept; until there is one, the system's is followed.
const theme = document.getElementById("theme");
const system = matchMedia("(prefers-color-scheme: dark)");
const stored = () => {
  try {
    return localStorage.getItem("theme");
  } catch {
    return null;
  }
};
const show = (name) => {
  root.dataset.theme = name;
  theme.setAttribute("aria-pressed", name === "dark");
};
show(root.dataset.theme);
addEventListener("pageshow", (event) => {
  // A page that the browser kept may be older than the choice.
  if (event.persisted) show(stored() ?? root.dataset.theme);
});
theme.addEventListener("click", () => {
  show(root.dataset.theme === "dark" ? "light" : "dark");
  try {
    localStorage.setItem("theme", root.dataset.theme);
  } catch {
    // Storage is switched off: the choice holds for this page.
  }
});
system.addEventListener("change", () => stored() || show(system.matches ? "dark" : "light"));

// The contents lie over the page on a phone: a link within the page closes them.
const contents = document.getElementById("contents");
contents.addEventListener("click", (event) => {
  if (event.target.closest('a[href^="#"]') && contents.matches(":popover-open")) {
    contents.hidePopover();
  }
});

// The other edition opens where this one is read, and searches what was searched here.
const sections = [...document.querySelectorAll("article section[id]")];
const edge = (element) => element.getBoundingClientRect().top;
function reading() {
  const target = document.querySelector(":target");
  const begun = innerHeight / 3; // what begins above this line is being read
  const last = scrollY + innerHeight >= root.scrollHeight - 2; // nothing can be scrolled up to it
  const most = target?.matches("section") && !last ? begun : innerHeight;
  if (target && edge(target) >= 0 && edge(target) < most) return location.hash;
  const section = sections.findLast((one) => edge(one) < begun);
  return section && section !== sections[0] ? `#${section.id}` : "";
}
for (const link of document.querySelectorAll(".language")) {
  for (const name of ["click", "auxclick", "contextmenu"]) {
    link.addEventListener(name, () => {
      link.search = location.search;
      link.hash = reading();
    });
  }
}

// "/" goes to the search box.
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && !event.target.closest("input, textarea, [contenteditable]")) {
    event.preventDefault();
    document.querySelector(".search input").focus();
  }
});

// Code is copied at a click, where the browser lets a page do so.
const copied = ".cell_input .highlight, section > [class*=highlight-] .highlight";
for (const block of navigator.clipboard ? document.querySelectorAll(copied) : []) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = words.copy;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(block.querySelector("pre").textContent);
    button.textContent = words.copied;
    button.classList.add("done");
    setTimeout(() => {
      button.textContent = words.copy;
      button.classList.remove("done");
    }, 1500);
  });
  block.append(button);
}

// What is wider than its place scrolls inside itself, by keyboard too.
const sized = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth) {
      const heads = [...target.querySelectorAll("th")].map((head) => head.textContent.trim());
      target.tabIndex = 0;
      target.setAttribute("role", heads.length ? "region" : "group");
      target.setAttribute("aria-label", [words.scroll, ...heads].join(", "));
    } else {
      for (const name of ["tabindex", "role", "aria-label"]) target.removeAttribute(name);
    }
  }
});
const watch = () => {
  for (const wide of document.querySelectorAll(".highlight pre, .scroll, .text_html, mjx-container[display]")) {
    sized.observe(wide);
  }
};
watch();
document.addEventListener("maths", watch);

// The outline marks the section that is being read.
const links = new Map(
  [...document.querySelectorAll(".outline a")].map((link) => [decodeURI(link.hash).slice(1), link]),
);
const spy = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) {
        for (const link of links.values()) link.classList.remove("reading");
        links.get(target.id).classList.add("reading");
      }
    }
  },
  { rootMargin: "-15% 0px -75% 0px" },
);
for (const id of links.keys()) spy.observe(document.getElementById(id));

// A playground's code, and then its model, are fetched when its place is a screen away: it is ready
// when a reader comes to it, and what is being read does not move. From a file no module may be
// loaded: the picture stays, with a sentence that says so.
const playgrounds = document.querySelectorAll(".playground");
const folder = new URL("playground/", document.getElementById("words").src);
const seen = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (!isIntersecting) continue;
    seen.unobserve(target);
    import(new URL(`${target.dataset.playground}.js`, folder))
      .then((module) => module.start(target, folder))
      .catch(() => {
        const note = target.querySelector(".play-file");
        note.textContent = JSON.parse(target.querySelector("script").textContent).failed;
        note.hidden = false;
      });
  }
}, { rootMargin: "0px 0px 100%" });
for (const place of playgrounds) {
  if (location.protocol === "file:") place.querySelector(".play-file").hidden = false;
  else seen.observe(place);
}
