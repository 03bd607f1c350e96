import { useEffect, useEffectEvent, useRef, useState, type ReactNode } from 'react';
import { Problem } from './problem.tsx';

interface Props {
  /** Whether there is another page, and none is being loaded. */
  readonly hasMore: boolean;
  /** `error`, if the page failed. */
  readonly load: () => Promise<{ readonly error?: unknown }>;
}

/** At an end of a list: loads another page when it comes into view. After a failure it waits to be asked. */
export function MorePages({ hasMore, load }: Props): ReactNode {
  const element = useRef<HTMLDivElement>(null);
  const [failure, setFailure] = useState<unknown>();
  const canLoad = hasMore && failure === undefined;
  const onSeen = useEffectEvent(() => {
    load().then(({ error }) => setFailure(error), setFailure);
  });
  useEffect(() => {
    if (!canLoad || element.current === null) return undefined;
    const observer = new IntersectionObserver(([entry]) => {
      if (entry?.isIntersecting === true) onSeen();
    });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [canLoad]);
  return (
    <div ref={element} className="end">
      {failure !== undefined && <Problem error={failure} onRetry={() => setFailure(undefined)} />}
    </div>
  );
}
