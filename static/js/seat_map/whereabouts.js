// Where in the house this tab was looking: kept when the page goes, so that the map begins there when it comes back, in
// another language too. At the whole house it begins with the whole house.

export function whereabouts(camera, name) {
  const kept = read(name);
  if (kept) camera.look(...kept);
  const keep = () => {
    try {
      if (camera.isWhole()) sessionStorage.removeItem(name);
      else sessionStorage.setItem(name, JSON.stringify(camera.looking()));
    } catch {
      // A browser that keeps nothing begins with the whole house.
    }
  };
  addEventListener("pagehide", keep);
  return () => removeEventListener("pagehide", keep);
}

function read(name) {
  try {
    const kept = JSON.parse(sessionStorage.getItem(name));
    return Array.isArray(kept) && kept.length === 3 && kept.every(Number.isFinite) ? kept : null;
  } catch {
    return null;
  }
}
