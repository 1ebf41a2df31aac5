package dev.echo.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
class LineQueueTest {

  private static final long LIMIT_MILLIS = 10_000;

  private final BlockingQueue<String> printed = new LinkedBlockingQueue<>();

  @Test
  void printsLinesInTheirOrder() throws Exception {
    LineQueue lines = new LineQueue(printed::add);

    lines.open();
    lines.add("a");
    lines.add("b");
    assertEquals("a", next());
    assertEquals("b", next());
    lines.add("c");
    assertEquals("c", next());

    lines.end(LIMIT_MILLIS);
    assertNull(printed.poll());
  }

  @Test
  void holdsLinesUntilItIsOpen() throws Exception {
    LineQueue lines = new LineQueue(printed::add);

    lines.add("b");
    assertFalse(hasThread());
    printed.add("a");
    lines.open();

    assertEquals("a", next());
    assertEquals("b", next());
    lines.end(LIMIT_MILLIS);
  }

  @Test
  void printsAtTheEndThoughItWasNeverOpened() throws Exception {
    LineQueue lines = new LineQueue(printed::add);

    lines.add("a");
    lines.addLast("last");
    lines.end(LIMIT_MILLIS);

    assertEquals("a", next());
    assertEquals("last", next());
  }

  @Test
  void countsLinesWithoutRoomInTheirPlaceAndNeverBlocks() throws Exception {
    CountDownLatch printing = new CountDownLatch(1);
    CountDownLatch readAgain = new CountDownLatch(1);
    LineQueue lines = blocked(printing, readAgain);

    lines.add("first");
    await(printing);
    for (int i = 0; i < LineQueue.MAX_LINES + 1500; i++) {
      lines.add("line " + i);
    }
    lines.addLast("last");
    lines.end(1); // gives up
    assertTrue(printed.isEmpty());
    readAgain.countDown();
    lines.end(LIMIT_MILLIS);

    assertEquals("first", next());
    for (int i = 0; i < LineQueue.MAX_LINES; i++) {
      assertEquals("line " + i, next());
    }
    assertEquals("(1,500 lines left out)", next());
    assertEquals("last", next());
    assertNull(printed.poll());
  }

  @Test
  void goesOnBehindTheLinesLeftOut() throws Exception {
    CountDownLatch printing = new CountDownLatch(1);
    CountDownLatch readAgain = new CountDownLatch(1);
    LineQueue lines = blocked(printing, readAgain);
    lines.add("first");
    await(printing);
    for (int i = 0; i < LineQueue.MAX_LINES + 1; i++) {
      lines.add("line");
    }

    readAgain.countDown();
    while (!next().equals("(1 lines left out)")) {
      // what was there before
    }
    lines.add("after");

    assertEquals("after", next());
    lines.end(LIMIT_MILLIS);
  }

  @Test
  void groupsDigitsAlikeInEveryLanguage() throws Exception {
    Locale before = Locale.getDefault();
    Locale.setDefault(new Locale("ar", "EG"));
    try {
      countsLinesWithoutRoomInTheirPlaceAndNeverBlocks();
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void leavesNoThreadBehind() throws Exception {
    LineQueue lines = new LineQueue(printed::add);
    lines.open();
    lines.add("a");

    lines.end(LIMIT_MILLIS);

    assertFalse(hasThread());
  }

  private LineQueue blocked(CountDownLatch printing, CountDownLatch readAgain) {
    LineQueue lines = new LineQueue(line -> {
      printing.countDown();
      await(readAgain);
      printed.add(line);
    });
    lines.open();
    return lines;
  }

  private static boolean hasThread() {
    return Thread.getAllStackTraces().keySet().stream()
        .anyMatch(thread -> thread.getName().equals("echo-demo-printer"));
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
