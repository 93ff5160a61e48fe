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
  let index; // the promise of it: what is asked meanwhile waits until all editions are there
  let found = [];

  async function load() {
    const { href } = new URL(words.pagefind, document.baseURI);
    pagefind = await import(href);
    await pagefind.options({ excerptLength: words.excerpt });
    for (const language of words.others.split(" ").filter(Boolean)) {
      // The reader's own edition comes first, whatever the others score.
      await pagefind.mergeIndex(new URL(".", href).href, { language, indexWeight: 0.01 });
    }
  }

  // In the index every Chinese sign is a word. Signs that are typed together are a phrase; where no
  // page has it, its words are looked for. A page has to have all that is asked for: what stands in
  // quotes, of any shape, is a phrase too.
  const apart = (signs) => signs.replace(/\p{Script=Han}(?=\p{Script=Han})/gu, "$& ");
  const phrases = (signs) => signs.map((one) => `"${apart(one)}"`);
  const some = /[\p{L}\p{N}]/u;

  async function find(text) {
    // Full-width letters are letters.
    const typed = text.normalize("NFKC").replace(/[\u201c-\u201f\u00ab\u00bb\u300c-\u300f]/g, '"');
    const quoted = [...typed.matchAll(/"([^"]*)"/g)].map(([, inside]) => inside).filter((one) => some.test(one));
    const open = typed.replace(/"[^"]*"|"/g, " ");
    const runs = open.match(/\p{Script=Han}+/gu) ?? [];
    const rest = runs.length ? open.replace(/\p{Script=Han}+|\p{P}/gu, " ") : open;
    const asked = [...phrases(quoted), ...(some.test(rest) ? [rest.trim()] : [])];
    const found = await all([...asked, ...phrases(runs)]);
    if (found.length || !runs.length || !Intl.Segmenter) return found;
    const cut = new Intl.Segmenter("zh", { granularity: "word" });
    const words = runs.flatMap((run) => [...cut.segment(run)].map((word) => word.segment));
    const telling = words.filter((word) => word.length > 1);
    return telling.length ? all([...asked, ...phrases(telling)]) : [];
  }

  async function all(asked) {
    if (!asked.length) return [];
    const found = await Promise.all(asked.map(async (one) => (await pagefind.search(one)).results));
    const others = found.slice(1).map((results) => new Set(results.map((result) => result.id)));
    return found[0].filter((result) => others.every((ids) => ids.has(result.id)));
  }

  const plain = (text) => text.replace(/#$/, "").replaceAll("\u200b", "");

  function place({ url, title, excerpt }) {
    const item = document.createElement("div");
    const link = item.appendChild(document.createElement("a"));
    link.href = url;
    link.textContent = plain(title);
    // Pagefind escapes the text and adds nothing but <mark>.
    if (excerpt) item.appendChild(document.createElement("p")).innerHTML = plain(excerpt);
    return item;
  }

  /** Shows the next pages, and says whether they are still wanted once they are there. */
  async function show(number) {
    const next = found.splice(0, AT_ONCE);
    const pages = await Promise.all(next.map((result) => result.data()));
    if (number !== asked) return false; // something else was asked meanwhile
    for (const page of pages) {
      const item = list.appendChild(document.createElement("li"));
      const parts = page.sub_results
        .sort((one, other) => other.weighted_locations.length - one.weighted_locations.length)
        .slice(0, SECTIONS);
      // A page's opening has no heading of its own: it stands for the page.
      const opening = parts.length ? parts.find((part) => part.url === page.url) : page;
      item.append(place({ url: page.url, title: page.meta.title, excerpt: opening?.excerpt }));
      for (const part of parts) {
        if (part.url !== page.url) item.append(place(part));
      }
    }
    more.hidden = found.length === 0;
    return true;
  }

  let asked = 0;
  async function search(text, before) {
    const number = ++asked;
    list.replaceChildren();
    more.hidden = true;
    status.textContent = "";
    if (!text.trim()) {
      status.textContent = words.searchHint;
      return;
    }
    if (location.protocol === "file:") {
      status.textContent = words.searchServed;
      return;
    }
    try {
      await (index ??= load());
      const results = await find(text);
      if (number !== asked) return;
      found = results;
      const count = found.length;
      const said = count === 0 ? words.foundNone : count === 1 ? words.foundOne : words.found;
      do {
        if (!(await show(number))) return;
      } while (found.length && list.children.length < before?.shown);
      status.textContent = said.replace(/\{(count|text)\}/g, (_, name) => ({ count, text })[name]);
      if (before) scrollTo(0, before.top);
    } catch (error) {
      index = undefined; // it is loaded anew at the next search
      pagefind?.destroy();
      if (number === asked) status.textContent = words.searchFailed;
      throw error;
    }
  }

  more.addEventListener("click", async () => {
    const next = list.children.length;
    if (await show(asked)) list.children[next]?.querySelector("a").focus();
  });

  // Who comes back from a page that was found has the list as it was left.
  list.addEventListener("click", () => {
    history.replaceState({ shown: list.children.length, top: scrollY }, "");
  });

  let waiting;
  const ask = () => {
    clearTimeout(waiting);
    const address = new URL(location);
    address.searchParams.set("q", box.value);
    history.replaceState(null, "", address);
    search(box.value);
  };
  box.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, 250);
  });
  // This is the page that the form leads to: going back leads to the one before it.
  box.form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask();
    if (matchMedia("(pointer: coarse)").matches) box.blur(); // a keyboard on the screen hides what is found
  });

  box.value = new URLSearchParams(location.search).get("q") ?? "";
  search(box.value, history.state);
}
