package dev.echo.benchmark;

/** Lines of 64 bytes with their line feed, which differ from one to the next. */
final class Lines {

  private static final int COUNT = 1024;
  private static final String[] LINES = new String[COUNT];

  static {
    for (int i = 0; i < COUNT; i++) {
      LINES[i] = "%08d".formatted(i) + "-abcdefghijklmnopqrstuvwxyz".repeat(3).substring(0, 55);
    }
  }

  private Lines() {}

  static String get(long number) {
    return LINES[(int) (number % COUNT)];
  }

  static void check(String expected, String reply) {
    if (!expected.equals(reply)) {
      throw new IllegalStateException("Expected " + expected + " but received " + reply);
    }
  }
}
