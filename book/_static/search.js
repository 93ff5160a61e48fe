// Finds pages with Pagefind, whose index and code are fetched when there is something to find.
// No module: browsers load none from files, and the reader of a file is told what to do.
"use strict";

{
  const list = document.getElementById("search-results");
  const status = document.getElementById("search-status");
  const more = document.getElementById("search-more");
  const box = document.querySelector(".search input");
  const words = list.dataset;
  const AT_ONCE = 8; // pages that are fetched and shown together
  const SECTIONS = 3; // places shown of a page

  let pagefind;
  let found = [];

  async function load() {
    const { href } = new URL(words.pagefind, document.baseURI);
    pagefind = await import(href);
    await pagefind.options({ excerptLength: 26 });
    for (const language of words.others.split(" ").filter(Boolean)) {
      await pagefind.mergeIndex(new URL(".", href).href, { language });
    }
  }

  function place({ url, title, excerpt }) {
    const item = document.createElement("div");
    const link = item.appendChild(document.createElement("a"));
    link.href = url;
    link.textContent = title;
    // Pagefind escapes the text and adds nothing but <mark>.
    if (excerpt) item.appendChild(document.createElement("p")).innerHTML = excerpt;
    return item;
  }

  async function show() {
    const some = found.splice(0, AT_ONCE);
    const pages = await Promise.all(some.map((result) => result.data()));
    for (const page of pages) {
      const item = list.appendChild(document.createElement("li"));
      const title = page.meta.title.replace(/#$/, "");
      const parts = page.sub_results
        .sort((one, other) => other.weighted_locations.length - one.weighted_locations.length)
        .slice(0, SECTIONS);
      // A page's opening has no heading of its own: it stands for the page.
      const opening = parts.length ? parts.find((part) => part.url === page.url) : page;
      item.append(place({ url: page.url, title, excerpt: opening?.excerpt }));
      for (const part of parts) {
        if (part.url !== page.url) item.append(place({ ...part, title: part.title.replace(/#$/, "") }));
      }
    }
    more.hidden = found.length === 0;
  }

  let asked = 0;
  async function search(text) {
    const number = ++asked;
    const [one, many] = [words.foundOne, words.found];
    list.replaceChildren();
    more.hidden = true;
    if (!text.trim()) {
      status.textContent = words.searchHint;
      return;
    }
    if (location.protocol === "file:") {
      status.textContent = words.searchServed;
      return;
    }
    try {
      if (!pagefind) await load();
      const { results } = await pagefind.search(text);
      if (number !== asked) return; // something else was asked meanwhile
      found = results;
      const count = found.length;
      const said = count === 0 ? words.foundNone : count === 1 ? one : many;
      await show();
      status.textContent = said.replace("{count}", count).replace("{text}", text);
    } catch (error) {
      status.textContent = words.searchFailed;
      throw error;
    }
  }

  more.addEventListener("click", async () => {
    const next = list.children.length;
    await show();
    list.children[next]?.querySelector("a").focus();
  });

  let waiting;
  box.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      const address = new URL(location);
      address.searchParams.set("q", box.value);
      history.replaceState(null, "", address);
      search(box.value);
    }, 250);
  });

  box.value = new URLSearchParams(location.search).get("q") ?? "";
  search(box.value);
}
