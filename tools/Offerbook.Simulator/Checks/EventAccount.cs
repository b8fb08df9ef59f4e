using Offerbook.Actors;

namespace Offerbook.Simulator.Checks;

/// <summary>An event's id means one event for ever, whoever tells of it and whoever hears it.</summary>
public sealed class EventAccount
{
    /// <summary>More than the window that readers go on in.</summary>
    private const int Kept = 4_096;

    private readonly SortedDictionary<long, string> _said = [];

    /// <param name="who">Says, or hears, that it is of this type.</param>
    public void Hear(string who, long id, string type)
    {
        if (!_said.TryAdd(id, type))
        {
            Invariant.Check(_said[id] == type, $"I12: of event {id} {who} has that it is {type}, and it was {_said[id]}");
        }
        else if (_said.Count > Kept)
        {
            _said.Remove(_said.Keys.First());
        }
    }
}
