// The secret of this run: from the address that was printed, or for the code that an opened browser got.

import { postJson } from "./api.js";

const KEY = "studio-token";

export async function openSession() {
  const given = new URLSearchParams(location.hash.slice(1));
  if (location.hash) history.replaceState(null, "", location.pathname);
  if (given.has("token")) sessionStorage.setItem(KEY, given.get("token"));
  else if (given.has("code")) sessionStorage.setItem(KEY, (await postJson("/api/session", { code: given.get("code") })).token);
  return sessionStorage.getItem(KEY);
}
