// Whether whoever looks asked for stillness.

export const isCalm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
