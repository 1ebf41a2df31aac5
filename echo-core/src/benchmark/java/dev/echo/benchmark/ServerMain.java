package dev.echo.benchmark;

import io.netty.util.internal.PlatformDependent;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;

/** The process of a server under test: it says on which port, then what it uses when asked. */
public final class ServerMain {

  static final String USAGE = "usage";
  static final String MEMORY = "memory";

  private ServerMain() {}

  /**
   * Runs a server until the standard input ends.
   *
   * @param args the class and the name of a {@link Server}
   */
  public static void main(String[] args) throws Exception {
    Server kind = (Server) Arrays.stream(Class.forName(args[0]).getEnumConstants())
        .filter(constant -> constant.toString().equals(args[1]))
        .findFirst()
        .orElseThrow();
    try (Peer server = kind.start()) {
      System.out.println(server.port());
      BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
      for (String question; (question = in.readLine()) != null; ) {
        System.out.println(question.equals(MEMORY) ? memory() : usage());
      }
      System.exit(0); // whether the clients have gone or not
    }
  }

  private static String usage() {
    long cpuNanos = ManagementFactory.getPlatformMXBean(
            com.sun.management.OperatingSystemMXBean.class)
        .getProcessCpuTime();
    var threads = ManagementFactory.getPlatformMXBean(com.sun.management.ThreadMXBean.class);
    long own = Thread.currentThread().getId();
    long[] others =
        Arrays.stream(threads.getAllThreadIds()).filter(id -> id != own).toArray();
    long allocated = Arrays.stream(threads.getThreadAllocatedBytes(others))
        .filter(bytes -> bytes > 0)
        .sum();
    return cpuNanos + " " + allocated;
  }

  private static String memory() throws Exception {
    System.gc();
    Thread.sleep(200); // for what cleaners and reference queues have to do
    System.gc();
    long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    return heap + " " + direct() + " " + residentSet();
  }

  /** The JDK's own, and what Netty takes past it. */
  private static long direct() {
    long jdk = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(pool -> pool.getName().equals("direct"))
        .mapToLong(BufferPoolMXBean::getMemoryUsed)
        .sum();
    return jdk + Math.max(0, PlatformDependent.usedDirectMemory());
  }

  private static long residentSet() throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
      String line = lines.filter(l -> l.startsWith("VmRSS:")).findFirst().orElseThrow();
      return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
    }
  }
}
