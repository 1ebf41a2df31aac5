package dev.echo.probe;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.testing.NoLeaks;
import java.io.IOException;
import java.nio.channels.Selector;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(60)
class AlarmTest {

  private static final String NAME = "echo-probe-test-alarm";

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  private Selector selector;
  private Alarm alarm;

  @BeforeEach
  void start() throws Exception {
    selector = Selector.open();
    alarm = new Alarm(selector, NAME);
    alarm.start();
  }

  @AfterEach
  void close() throws Exception {
    alarm.close();
    selector.close();
  }

  @Test
  void wakesUpTheSelectorAtTheTimeAndNotBefore() throws Exception {
    assertWakesUpSoon();
  }

  private void assertWakesUpSoon() throws IOException {
    long time = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(20);
    alarm.set(time);

    selector.select();

    assertTrue(System.nanoTime() - time >= 0);
  }

  @Test
  void anEarlierTimeReplacesALaterOne() throws Exception {
    alarm.set(System.nanoTime() + TimeUnit.HOURS.toNanos(1));

    assertWakesUpSoon();
  }

  @Test
  void wakesUpAgainAndAgain() throws Exception {
    for (int i = 0; i < 1_000; i++) {
      alarm.set(System.nanoTime() + TimeUnit.MICROSECONDS.toNanos(i % 50));
      selector.select();
    }
  }

  @Test
  void hasEndedWhenItIsClosed() {
    alarm.set(System.nanoTime() + TimeUnit.HOURS.toNanos(1));

    alarm.close();

    Set<Thread> threads = Thread.getAllStackTraces().keySet();
    assertFalse(threads.stream().anyMatch(thread -> thread.getName().equals(NAME)));
  }
}
