using Offerbook.Master.Http.Legacy;
using Offerbook.Master.Operator.Views.Blocks;
using Offerbook.Wire.Http;

namespace Offerbook.Master.Http.Reads;

/// <summary>
/// A JSON document, written down step by step and rendered later. Steps that follow each other make a piece until it has some weight.
/// </summary>
internal sealed class JsonAnswer(string contentType = MediaTypes.Json) : Answer(contentType)
{
    /// <summary>Elements (tasks, agents) in one piece: at 500 bytes each 128 KiB, a fraction of a millisecond of work.</summary>
    private const int PieceWeight = 256;

    private readonly List<Entry> _steps = [];
    private readonly List<int> _pieceStarts = [];
    private int _weight = PieceWeight;

    private readonly record struct Entry(bool AfterComma, Action<LegacyWriter> Write);

    public override int Pieces => _pieceStarts.Count;

    /// <summary>Adds what comes next.</summary>
    /// <param name="weight">How many elements it writes.</param>
    public JsonAnswer Then(int weight, Action<LegacyWriter> write) => Add(new Entry(false, write), weight);

    /// <summary>Adds elements that follow others of the same list.</summary>
    public JsonAnswer More(int weight, Action<LegacyWriter> write) => Add(new Entry(true, write), weight);

    /// <summary>Adds what comes next, after others of the same list or not.</summary>
    public JsonAnswer Step(bool afterComma, int weight, Action<LegacyWriter> write) => Add(new Entry(afterComma, write), weight);

    /// <summary>Adds the elements of an open list.</summary>
    /// <param name="first">Nothing was written to it before.</param>
    public JsonAnswer Each<T>(BlockList<T> items, Action<LegacyWriter, T> write, bool first = true) where T : class
    {
        foreach (var block in items.Blocks)
        {
            Add(new Entry(!first, json =>
            {
                foreach (var item in block)
                {
                    if (item is not null)
                    {
                        write(json, item);
                    }
                }
            }), block.Length);
            first = false;
        }
        return this;
    }

    public override void Write(int piece, PieceBuffer output)
    {
        using var json = new LegacyWriter(output);
        var end = piece + 1 < _pieceStarts.Count ? _pieceStarts[piece + 1] : _steps.Count;
        for (var i = _pieceStarts[piece]; i < end; i++)
        {
            if (i == _pieceStarts[piece])
            {
                json.Resume(_steps[i].AfterComma);
            }
            _steps[i].Write(json);
        }
    }

    private JsonAnswer Add(Entry step, int weight)
    {
        if (_weight >= PieceWeight)
        {
            _pieceStarts.Add(_steps.Count);
            _weight = 0;
        }
        _steps.Add(step);
        _weight += weight;
        return this;
    }
}
