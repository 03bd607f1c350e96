import { readConfig, type DoctorCredentials } from '../../src/config/config.ts';
import { runDoctor } from '../../src/doctor/doctor.ts';
import type { Finding, Level, Subject } from '../../src/doctor/finding.ts';

interface Diagnosis {
  readonly exitCode: number;
  readonly isWell: boolean;
  readonly callCount: number;
  readonly findings: readonly Finding[];
  readonly levels: Partial<Record<Subject, Level>>;
  readonly text: string;
  readonly of: (subject: Subject) => Finding | undefined;
}

/** What the doctor finds at a workspace. */
export async function diagnose(
  url: string,
  credentials?: { readonly id: string; readonly token: string },
  env: Readonly<Record<string, string>> = {},
  isJson = true,
): Promise<Diagnosis> {
  const given: DoctorCredentials | undefined = credentials && { userId: credentials.id, authToken: credentials.token };
  const { text, exitCode } = await runDoctor({
    config: readConfig({ ROCKETCHAT_URL: url, UPSTREAM_TIMEOUT_MS: '20000', ...env }),
    workspaceUrl: url,
    credentials: given,
    isDemo: false,
    isJson,
    hasColours: false,
  });
  const report = isJson ? text : '{"findings":[]}';
  const { findings, isWell, callCount } = JSON.parse(report) as Pick<Diagnosis, 'findings' | 'isWell' | 'callCount'>;
  return {
    exitCode,
    isWell,
    callCount,
    findings,
    text,
    levels: Object.fromEntries(findings.map(({ subject, level }) => [subject, level])),
    of: (subject) => findings.find((finding) => finding.subject === subject),
  };
}
