// Requests to the program. Each carries the secret of the run; none is kept by the browser.

let token = "";

export const setToken = value => (token = value ?? "");

export class ApiError extends Error {
  constructor(status, message, body = null) {
    super(message);
    [this.status, this.body] = [status, body];
  }
}

/** A path with its query; values that are null are left out. */
function addressOf(path, query) {
  const given = Object.entries(query ?? {}).filter(([, value]) => value !== null && value !== undefined);
  return given.length ? `${path}?${new URLSearchParams(given)}` : path;
}

async function request(path, options) {
  let answer;
  try {
    answer = await fetch(path, {
      ...options,
      headers: { "Sleap-Studio-Token": token, ...options.headers },
      cache: "no-store",
      redirect: "error",
    });
  } catch (fault) {
    if (fault.name === "AbortError") throw fault;
    throw new ApiError(0, "The program does not answer. Was it stopped?");
  }
  if (answer.ok) return answer;
  // An answer that is not the program's own has no JSON.
  const body = await answer.json().catch(() => null);
  throw new ApiError(answer.status, body?.error ?? `The program answers with ${answer.status}.`, body);
}

export const getJson = async (path, query, signal) => (await request(addressOf(path, query), { signal })).json();

export const getBlob = async (path, signal) => (await request(path, { signal })).blob();

/** Sends a command, which is the only way to change anything. */
export const postJson = async (path, body) =>
  (
    await request(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    })
  ).json();
