package dev.echo.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.echo.testing.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ArrivalOrderTest {

  private static final int REMEMBERED = 16;

  private final List<Long> arrivals = new ArrayList<>();
  private long reordered;
  private long maxExtent;

  /** Also when numbers take the places of old ones, again and again. */
  @Test
  void findsExtentsAsTheDefinitionSays() {
    Seeds.each(50, seed -> {
      Random random = new Random(seed);
      ArrivalOrder order = new ArrivalOrder(REMEMBERED);
      arrivals.clear();
      reordered = 0;
      maxExtent = 0;
      long highest = 0;
      for (int i = 0; i < 300; i++) {
        long number = random.nextBoolean()
            ? highest + 1 + random.nextInt(2 * REMEMBERED)
            : highest - random.nextInt(REMEMBERED);
        if (number >= 1 && !arrivals.contains(number)) {
          highest = Math.max(highest, number);
          order.arrived(number, 0);
          arrived(number);
        }
      }

      assertEquals(reordered, order.reordered());
      assertEquals(maxExtent, order.maxExtent());
    });
  }

  /** RFC 4737, 4.2.1. */
  private void arrived(long number) {
    for (int i = 0; i < arrivals.size(); i++) {
      if (arrivals.get(i) > number) {
        reordered++;
        maxExtent = Math.max(maxExtent, arrivals.size() - i);
        break;
      }
    }
    arrivals.add(number);
  }

  /** A look at each number up to the next in order would take minutes. */
  @Test
  void takesNoLongerWhenManyAreLate() {
    int many = 1 << 19;
    ArrivalOrder order = new ArrivalOrder(many);

    order.arrived(many, 0);
    for (int number = 1; number < many; number++) {
      order.arrived(number, 0);
    }

    assertEquals(many - 1, order.reordered());
    assertEquals(many - 1, order.maxExtent());
  }
}
