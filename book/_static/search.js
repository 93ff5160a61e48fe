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
    await pagefind.options({ excerptLength: words.excerpt });
    for (const language of words.others.split(" ").filter(Boolean)) {
      await pagefind.mergeIndex(new URL(".", href).href, { language });
    }
  }

  // In the index every Chinese sign is a word. Signs that are typed together are a phrase; where no
  // page has it, its words are looked for. A page has to have all that is asked for.
  const apart = (signs) => signs.replace(/\p{Script=Han}(?=\p{Script=Han})/gu, "$& ");

  async function find(text) {
    if (/^\s*".*"\s*$/.test(text)) return all([apart(text.trim())]);
    const runs = text.match(/\p{Script=Han}+/gu) ?? [];
    if (!runs.length) return all([text]);
    const rest = text.replace(/\p{Script=Han}+|\p{P}/gu, " ").trim();
    const phrases = (signs) => [...signs.map((one) => `"${apart(one)}"`), ...(rest ? [rest] : [])];
    const found = await all(phrases(runs));
    if (found.length || !Intl.Segmenter) return found;
    const cut = new Intl.Segmenter("zh", { granularity: "word" });
    const words = runs.flatMap((run) => [...cut.segment(run)].map((word) => word.segment));
    const telling = words.filter((word) => word.length > 1);
    return telling.length ? all(phrases(telling)) : [];
  }

  async function all(asked) {
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

  async function show() {
    const some = found.splice(0, AT_ONCE);
    const pages = await Promise.all(some.map((result) => result.data()));
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
      const results = await find(text);
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
