// CMUdict's phonemes (ARPAbet) in the International Phonetic Alphabet. Stress is left out of the
// data, so AH stands for the vowel of "cut" and for the schwa of "about" alike, and ER for both of
// the vowels in "murmur".
const IPA = {
  AA: "ɑ", AE: "æ", AH: "ʌ", AO: "ɔ", AW: "aʊ", AY: "aɪ", EH: "ɛ", ER: "ɝ", EY: "eɪ", IH: "ɪ",
  IY: "i", OW: "oʊ", OY: "ɔɪ", UH: "ʊ", UW: "u", B: "b", CH: "tʃ", D: "d", DH: "ð", F: "f",
  G: "ɡ", HH: "h", JH: "dʒ", K: "k", L: "l", M: "m", N: "n", NG: "ŋ", P: "p", R: "ɹ", S: "s",
  SH: "ʃ", T: "t", TH: "θ", V: "v", W: "w", Y: "j", Z: "z", ZH: "ʒ",
};

/** Returns what phonemes are in IPA, between slashes. */
export const ipa = (phonemes) => `/${phonemes.map((phoneme) => IPA[phoneme] ?? phoneme).join("")}/`;
