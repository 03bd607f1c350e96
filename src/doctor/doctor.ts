import { checkAdministration, checkReceipts, checkToken } from './caller-checks.ts';
import { checkDeletions } from './deletions-check.ts';
import { examine, type Examination, type Patient } from './examination.ts';
import type { Finding } from './finding.ts';
import { checkAddresses, checkExemption, checkLimiter } from './limiter-checks.ts';
import { isWell, printJson, printText, type Report } from './report.ts';
import { checkStore } from './store-check.ts';
import { checkClock, checkProxy, checkTls, checkVersion, checkWorkspace } from './workspace-checks.ts';

/**
 * In the order of the report. A check reads what `examine` has gathered, and says nothing where it has nothing to go by:
 * whoever adds a check lets `examine` gather what it needs.
 */
const checks: readonly ((examination: Examination) => Finding | undefined)[] = [
  checkWorkspace,
  checkTls,
  checkClock,
  checkVersion,
  checkProxy,
  checkLimiter,
  checkAddresses,
  checkToken,
  checkAdministration,
  checkExemption,
  checkReceipts,
  checkDeletions,
  checkStore,
];

export interface DoctorOptions extends Patient {
  readonly isJson: boolean;
  readonly hasColours: boolean;
}

/** The text of `doctor`, and the exit code that goes with it. */
export async function runDoctor(options: DoctorOptions): Promise<{ text: string; exitCode: 0 | 1 }> {
  const { isDemo, isJson, hasColours, workspaceUrl } = options;
  const examination = await examine(options);
  const findings = checks.flatMap((check) => check(examination) ?? []);
  const report: Report = { workspaceUrl, isDemo, callCount: examination.callCount, findings };
  return {
    text: isJson ? printJson(report) : printText(report, hasColours),
    exitCode: isWell(report) ? 0 : 1,
  };
}
