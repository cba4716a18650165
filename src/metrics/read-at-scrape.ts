import { Counter, Gauge, type Registry } from 'prom-client';

/** A gauge that is looked up when somebody asks for the metrics. */
export function gaugeOf(registry: Registry, name: string, help: string, read: () => number): void {
  registry.registerMetric(
    new Gauge({
      name,
      help,
      registers: [],
      collect() {
        this.set(read());
      },
    }),
  );
}

/** The same for what a layer below has counted since the start. */
export function counterOf(registry: Registry, name: string, help: string, read: () => number): void {
  registry.registerMetric(
    new Counter({
      name,
      help,
      registers: [],
      collect() {
        this.reset();
        this.inc(read());
      },
    }),
  );
}
