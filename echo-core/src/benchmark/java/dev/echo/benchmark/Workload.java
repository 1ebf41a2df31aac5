package dev.echo.benchmark;

/** How many clients talk at a time, and how many messages each has in flight. */
public enum Workload {
  C1_D1(1, 1),
  C64_D1(64, 1),
  C1000_D1(1000, 1),
  C16_D16(16, 16),
  C16_D64(16, 64);

  final int clients;
  final int depth;

  Workload(int clients, int depth) {
    this.clients = clients;
    this.depth = depth;
  }
}
