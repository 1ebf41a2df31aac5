package dev.echo.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

@Timeout(20)
@Isolated
class WarningsTest {

  private static final long HOUR = Duration.ofHours(1).toNanos();
  private static final long MOMENT = Duration.ofMillis(20).toNanos();
  private static final long LIMIT_MILLIS = 10_000;

  private final BlockingQueue<String> printed = new LinkedBlockingQueue<>();

  @Test
  void printsTheFirstOfAKindAtOnceAndTheOthersInOneLine() throws Exception {
    Warnings warnings = new Warnings(HOUR, printed::add);

    warnings.add("read", "a");
    assertEquals("a", next());
    warnings.add("write", "b");
    assertEquals("b", next());
    for (int i = 1; i < 4000; i++) {
      warnings.add("read", "a" + i);
    }
    warnings.end(LIMIT_MILLIS);

    String rest = next();
    assertTrue(rest.matches("a1 \\(and 3,998 more like it in [0-9]+ s\\)"), rest);
    assertTrue(printed.isEmpty());
  }

  @Test
  void sumsUpTheOthersAtTheEndOfTheWindow() throws Exception {
    Warnings warnings = new Warnings(MOMENT, printed::add);

    warnings.add("read", "a");
    warnings.add("read", "b");

    assertTrue(next().startsWith("a"));
    warnings.add("read", "c");
    assertTrue(next().matches("[bc].*"));
    warnings.end(LIMIT_MILLIS);
  }

  @Test
  void groupsDigitsAlikeInEveryLanguage() throws Exception {
    Locale before = Locale.getDefault();
    Locale.setDefault(new Locale("ar", "EG"));
    try {
      printsTheFirstOfAKindAtOnceAndTheOthersInOneLine();
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void doesNotBlockWhileThePrinterBlocks() throws Exception {
    CountDownLatch printing = new CountDownLatch(1);
    CountDownLatch readAgain = new CountDownLatch(1);
    Warnings warnings = new Warnings(HOUR, line -> {
      printing.countDown();
      await(readAgain);
      printed.add(line);
    });

    warnings.add("read", "a");
    await(printing);
    for (int i = 0; i < 100_000; i++) {
      warnings.add("read", "b");
    }
    warnings.end(1); // gives up
    assertTrue(printed.isEmpty());
    readAgain.countDown();
    warnings.end(LIMIT_MILLIS);

    assertEquals("a", next());
    assertTrue(next().startsWith("b (and 99,999 more like it in "));
    assertTrue(printed.isEmpty());
  }

  @Test
  void leavesNoThreadBehind() throws Exception {
    Warnings warnings = new Warnings(HOUR, printed::add);
    warnings.add("read", "a");

    warnings.end(LIMIT_MILLIS);

    assertFalse(Thread.getAllStackTraces().keySet().stream()
        .anyMatch(thread -> thread.getName().equals("echo-demo-warnings")));
  }

  private String next() throws InterruptedException {
    return printed.poll(LIMIT_MILLIS, TimeUnit.MILLISECONDS);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(LIMIT_MILLIS, TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
