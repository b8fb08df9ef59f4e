namespace Offerbook.Storage;

/// <summary>How damage is told, whatever the store: what, where, and what to do.</summary>
/// <param name="place">The file or the database.</param>
internal sealed class JournalDamage(string place)
{
    private const string WhatToDo =
        " No event was changed. Restore the journal from a backup (offerbook restore), or start with an empty one.";

    public JournalDamagedException Missing(string persistenceId, long sequence, long last) =>
        new($"Event {sequence} of '{persistenceId}' in the journal {place} is missing; the last is {last}." + WhatToDo);

    public JournalDamagedException OfEvent(string persistenceId, long sequence) =>
        new($"Event {sequence} of '{persistenceId}' in the journal {place} is damaged: its checksum does not match." + WhatToDo);

    public string OfSnapshot(string persistenceId, long sequence) =>
        $"The snapshot of '{persistenceId}' at {sequence} in the journal {place} is damaged.";

    public JournalDamagedException NoSnapshot(string newest) => new(newest + " There is no older one that is whole." + WhatToDo);
}
