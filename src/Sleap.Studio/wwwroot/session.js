// The secret of this run: from the address that was printed, or for the code that an opened browser got.

const KEY = "studio-token";

export async function openSession() {
  const given = new URLSearchParams(location.hash.slice(1));
  if (location.hash) history.replaceState(null, "", location.pathname);
  if (given.has("token")) sessionStorage.setItem(KEY, given.get("token"));
  else if (given.has("code")) sessionStorage.setItem(KEY, await exchange(given.get("code")));
  return sessionStorage.getItem(KEY);
}

async function exchange(code) {
  const answer = await fetch("/api/session", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ code }),
  });
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.error);
  return body.token;
}
