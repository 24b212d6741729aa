package io.tombolo.testbed;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// The link between the machine, where the test's JVM lives, and one namespace. It takes the first
/// of the networks 10.30.0.0/24 to 10.30.255.0/24 that no other test has taken.
///
/// @param device the name of its end at the machine
record Management(String device) {
  private static final Path LOCK = Path.of("/tmp/tombolo-testbed.lock");

  /// Makes the link.
  ///
  /// @return the namespace's address
  Optional<String> plug(Namespace namespace) throws IOException {
    try (var file = FileChannel.open(LOCK, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        var _ = file.lock()) {
      int third = free();
      Command.ip(
          List.of(),
          List.of(
              "link add %s type veth peer name management netns %s"
                  .formatted(device, namespace.name()),
              "addr add 10.30.%d.1/24 dev %s".formatted(third, device),
              "link set %s up".formatted(device)));
      var address = "10.30.%d.2".formatted(third);
      namespace.ip("addr add %s/24 dev management".formatted(address), "link set management up");
      return Optional.of(address);
    }
  }

  private static int free() throws IOException {
    var taken =
        NetworkInterface.networkInterfaces()
            .flatMap(NetworkInterface::inetAddresses)
            .map(InetAddress::getHostAddress)
            .collect(Collectors.toSet());
    for (int third = 0; third < 256; third++) {
      if (!taken.contains("10.30.%d.1".formatted(third))) {
        return third;
      }
    }
    throw new IOException("all of 10.30.0.0/16 is taken by other tests");
  }
}
