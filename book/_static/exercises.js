// A reader ticks off exercises; this browser remembers which, and tells nobody.
"use strict";

{
  const exercises = [...document.querySelectorAll(".exercise.admonition")];
  const count = document.getElementById("exercises-done");
  const { done: label, count: counted } = count.dataset;

  const remembered = (id, value) => {
    try {
      if (value === undefined) return localStorage.getItem(id) === "done";
      if (value) localStorage.setItem(id, "done");
      else localStorage.removeItem(id);
    } catch {
      // Storage is switched off: ticks hold for this visit.
    }
    return null;
  };

  const boxes = exercises.map((exercise) => {
    const box = document.createElement("input");
    box.type = "checkbox";
    box.checked = remembered(exercise.id);
    const tick = document.createElement("label");
    tick.className = "tick";
    tick.append(box, ` ${label}`);
    const title = exercise.querySelector(".admonition-title");
    box.setAttribute("aria-label", `${label}: ${title.textContent.trim()}`);
    title.append(tick);
    box.addEventListener("change", () => {
      remembered(exercise.id, box.checked);
      tell();
    });
    return box;
  });

  const tell = () => {
    const done = boxes.filter((box) => box.checked).length;
    count.textContent = counted.replace("{done}", done).replace("{all}", boxes.length);
  };
  tell();

  // What is ticked in another tab, or in the other edition before one comes back, is ticked here.
  const renew = () => {
    boxes.forEach((box, index) => {
      box.checked = remembered(exercises[index].id) ?? box.checked;
    });
    tell();
  };
  addEventListener("storage", renew);
  addEventListener("pageshow", (event) => event.persisted && renew());
}
