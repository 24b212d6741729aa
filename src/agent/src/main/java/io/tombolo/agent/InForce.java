package io.tombolo.agent;

import io.tombolo.mesh.catalog.Names;

/// What all who are served here have taken up.
///
/// @param sequence of the own bundle; 0 if it is the pinned one
/// @param serial of the SVID, in hex; empty if there is none
/// @param refusal why what is newer is not in force; empty if it is, or is just not acknowledged
record InForce(long sequence, String serial, String refusal) {
  static final InForce NOTHING = new InForce(0, "", "");

  static InForce of(Secrets secrets) {
    var serial = secrets.svid().map(svid -> svid.leaf().getSerialNumber().toString(16)).orElse("");
    return new InForce(secrets.trust().own().sequence(), serial, "");
  }

  InForce because(String refused) {
    return new InForce(sequence, serial, Names.printable(refused, 400));
  }

  /// @param node the node id of this host
  io.tombolo.api.identity.v1.InForce message(String node) {
    return io.tombolo.api.identity.v1.InForce.newBuilder()
        .setSequence(sequence)
        .setSerial(serial)
        .setRefusal(refusal)
        .setNode(node)
        .build();
  }
}
