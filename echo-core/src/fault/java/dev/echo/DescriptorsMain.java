package dev.echo;

import dev.echo.testing.JavaProcess;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts servers and connects clients while there are no descriptors left, then one, two and so on,
 * and prints how often it failed, or what was wrong.
 */
final class DescriptorsMain {

  private static final int ENOUGH = 20;

  /** What takes the descriptors away. */
  private static final List<FileInputStream> TAKEN = new ArrayList<>();

  private DescriptorsMain() {}

  private interface Attempt {
    AutoCloseable open(Endpoint endpoint) throws IOException;
  }

  /**
   * Runs the attempts.
   *
   * @param args a free path, and a server of each transport, which has descriptors of its own
   */
  public static void main(String[] args) throws Exception {
    JavaProcess.loadAllClasses();
    Path path = Path.of(args[0]);
    List<Endpoint> free = List.of(Endpoint.tcp(0), Endpoint.udp(0), Endpoint.unix(path));
    for (int i = 0; i < free.size(); i++) {
      System.out.println(attempt(EchoServer::start, free.get(i))
          + attempt(EchoClient::connect, Endpoint.parse(args[i + 1])));
      if (Files.exists(path)) {
        System.out.println("a socket file was left");
      }
    }
  }

  /** Tries with ever more descriptors until it succeeds. */
  private static String attempt(Attempt attempt, Endpoint endpoint) throws Exception {
    attempt.open(endpoint).close(); // once with all that it needs
    for (int left = 0; left < ENOUGH; left++) {
      takeAllBut(left);
      String failure = failure(attempt, endpoint);
      int leftAfterwards = awaitLeft(left);
      giveAllBack();
      if (failure == null && leftAfterwards >= left) {
        return left + " failures ";
      } else if (failure == null || !failure.contains(endpoint.toString())) {
        return endpoint + " with " + left + " left: " + failure;
      } else if (leftAfterwards < left) { // more are nothing: the JVM has some of its own
        return endpoint + " leaks: of " + left + " it left " + leftAfterwards;
      }
    }
    return endpoint + " never succeeded ";
  }

  /** Returns what the attempt threw, or null if it succeeded. */
  private static String failure(Attempt attempt, Endpoint endpoint) throws Exception {
    try {
      attempt.open(endpoint).close();
      return null;
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static void takeAllBut(int left) throws IOException {
    takeAll();
    giveBack(left);
  }

  /** Returns how many are left, when what is closed by other threads has been. */
  private static int awaitLeft(int expected) throws IOException {
    long end = System.nanoTime() + 5_000_000_000L;
    int left = takeAll();
    while (left < expected && System.nanoTime() - end < 0) {
      giveBack(left);
      left = takeAll();
    }
    return left;
  }

  private static void giveBack(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      TAKEN.remove(TAKEN.size() - 1).close();
    }
  }

  /** Returns how many there were. */
  private static int takeAll() throws IOException {
    for (int count = 0; ; count++) {
      try {
        TAKEN.add(new FileInputStream("/dev/null"));
      } catch (FileNotFoundException e) { // so it says when there is no descriptor
        return count;
      }
    }
  }

  private static void giveAllBack() throws IOException {
    giveBack(TAKEN.size());
  }
}
