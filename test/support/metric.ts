/** A value that a gateway's `/metrics` shows. With labels, 0 is what it has not counted yet, and does not show. */
export async function metricOf({ url }: { readonly url: string }, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const line = text.split('\n').find((each) => each.startsWith(`${name} `));
  if (line === undefined && !name.includes('{')) throw new Error(`${url}/metrics does not show ${name}.`);
  return Number(line?.slice(name.length + 1) ?? 0);
}
