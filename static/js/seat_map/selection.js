// The seats this fan has chosen and not yet held. Knows the limit it was given, and nothing of why.

export function selection(limit, first, onChange) {
  const chosen = new Set(first.slice(0, limit));
  const changed = (number) => onChange(number, chosen);
  return {
    has: (number) => chosen.has(number),
    numbers: () => [...chosen],
    // Returns "added", "removed" or "full".
    toggle(number) {
      if (chosen.delete(number)) return changed(number), "removed";
      if (chosen.size >= limit) return "full";
      chosen.add(number);
      return changed(number), "added";
    },
    remove(number) {
      return chosen.delete(number) && (changed(number), true);
    },
  };
}
