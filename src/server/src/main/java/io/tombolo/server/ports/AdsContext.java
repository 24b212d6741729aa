package io.tombolo.server.ports;

import io.tombolo.identity.Bans;
import io.tombolo.identity.Inventory;
import io.tombolo.server.model.ModelLoop;
import java.time.Clock;

/// What all ADS streams have in common.
///
/// @param bans who is told nothing
/// @param inventory tells whose certificate is whose
/// @param model where what they tell comes from
public record AdsContext(
    ModelLoop model,
    EventLoops loops,
    Connections connections,
    Bans bans,
    Inventory inventory,
    Limits limits,
    Clock clock) {}
