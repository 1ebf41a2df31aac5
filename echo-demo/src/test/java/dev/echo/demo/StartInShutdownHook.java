package dev.echo.demo;

import java.io.InputStream;

/** Runs the demo while its process is already ending. */
final class StartInShutdownHook {

  private StartInShutdownHook() {}

  public static void main(String[] args) {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> run(args)));
  }

  private static void run(String... args) {
    try {
      EchoDemo.run(InputStream.nullInputStream(), System.out, System.err, false, args);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
