const mostTries = 3;
/** A person rather reads what is wrong than waits longer. */
const mostSeconds = 5;

/**
 * `fetch` for every client: what the gateway refuses as a whole for now (HTTP 429 and 503) is asked again once the hint in
 * `Retry-After` has passed.
 */
export const patientFetch: typeof fetch = async (...request) => {
  for (let tries = 1; ; tries += 1) {
    const response = await fetch(...request);
    const seconds = Number(response.headers.get('retry-after') ?? Infinity);
    const isForNow = (response.status === 429 || response.status === 503) && seconds <= mostSeconds;
    if (!isForNow || tries === mostTries) return response;
    await response.body?.cancel();
    await new Promise((resume) => setTimeout(resume, seconds * 1000));
  }
};
