"""Every page and every important state of it, as scenes: pictures are taken of them, and their access is checked."""
