// The browser's own voice, if it has one that works without a network. It reads the spelling, not
// the model's sounds: it is something to compare with.

/** Calls `found(speak)` as soon as there is such a voice; `speak(word)` says a word. */
export function localVoice(found) {
  if (!("speechSynthesis" in window)) return;
  const look = () => {
    const voice = speechSynthesis.getVoices().find((one) => one.localService && one.lang.startsWith("en"));
    if (!voice) return;
    speechSynthesis.removeEventListener("voiceschanged", look);
    found((word) => {
      const spoken = new SpeechSynthesisUtterance(word);
      [spoken.voice, spoken.lang] = [voice, voice.lang];
      speechSynthesis.cancel();
      speechSynthesis.speak(spoken);
    });
  };
  speechSynthesis.addEventListener("voiceschanged", look); // voices come late
  look();
}
