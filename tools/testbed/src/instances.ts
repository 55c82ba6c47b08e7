export const SERVICES = ['core-api', 'scheduler', 'worker', 'gateway'] as const;
export type ServiceName = (typeof SERVICES)[number];
/** One process of a service, such as `worker-2`; the first one is `worker-1`. */
export type Instance = `${ServiceName}-${number}`;
/** What an instance reaches over the network. */
export type Server = 'postgres' | 'rabbitmq' | 's3';

export function serviceOf(name: Instance): ServiceName {
  return name.replace(/-\d+$/, '') as ServiceName;
}

/** Which servers an instance of this service opens connections to (decision 6). */
export const REACHES: Readonly<Record<ServiceName, readonly Server[]>> = {
  'core-api': ['postgres', 'rabbitmq'],
  scheduler: ['postgres', 'rabbitmq'],
  worker: ['rabbitmq', 's3'],
  gateway: ['rabbitmq', 's3'],
};

export function instancesOf(counts: Readonly<Record<ServiceName, number>>): Instance[] {
  return SERVICES.flatMap((service) =>
    Array.from({ length: counts[service] }, (_, n): Instance => `${service}-${n + 1}`),
  );
}
