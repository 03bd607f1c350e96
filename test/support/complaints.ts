import { afterEach, beforeEach, expect, vi } from 'vitest';

/** No test of the file, or of the suite, may make a client write warnings or errors to the console. */
export function expectNoComplaints(): void {
  let complaints: unknown[][] = [];
  beforeEach(() => {
    complaints = [];
    for (const level of ['warn', 'error'] as const)
      vi.spyOn(console, level).mockImplementation((...words: unknown[]) => void complaints.push(words));
  });
  afterEach(() => {
    vi.restoreAllMocks();
    expect(complaints).toEqual([]);
  });
}
