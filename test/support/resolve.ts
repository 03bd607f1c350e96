type Field = (parent: unknown, args: unknown, context: unknown, info: unknown) => unknown;

/** Resolves one field for an upstream object. */
export function resolveField(
  fields: object,
  name: string,
  parent: unknown,
  context: unknown = {},
  args: unknown = {},
): unknown {
  const field = (fields as Readonly<Record<string, Field | undefined>>)[name];
  if (typeof field !== 'function') throw new Error(`There is no resolver of ${name}.`);
  return field(parent, args, context, undefined);
}
