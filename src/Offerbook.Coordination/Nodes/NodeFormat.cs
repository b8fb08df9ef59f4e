using System.Globalization;

namespace Offerbook.Coordination.Nodes;

/// <summary>
/// What the nodes of one kind of election look like: where they are, what they are called, and where they say that their maker is reached.
/// Pure.
/// </summary>
public abstract class NodeFormat
{
    /// <summary>ZooKeeper appends a 32-bit counter in ten digits.</summary>
    private const int Digits = 10;

    private protected NodeFormat(string folder, string prefix)
    {
        Folder = folder;
        Prefix = prefix;
    }

    /// <summary>Below the path of the <c>zk://</c> address, without slashes; empty when the nodes stand directly below it.</summary>
    public string Folder { get; }

    /// <summary>What a name begins with, before its ten digits.</summary>
    public string Prefix { get; }

    /// <summary>Where the maker of a node is reached.</summary>
    /// <returns>Null when the data cannot be understood.</returns>
    public abstract Uri? AddressIn(ReadOnlyMemory<byte> data);

    /// <summary>The number of a candidate's node. The lowest leads.</summary>
    /// <returns>Null for a node that is not a candidate's.</returns>
    public virtual int? SequenceOf(string name) =>
        name.Length == Prefix.Length + Digits && name.StartsWith(Prefix, StringComparison.Ordinal) ? Number(name) : null;

    private protected static int? Number(string name) =>
        int.TryParse(name.AsSpan(name.Length - Digits), NumberStyles.None, CultureInfo.InvariantCulture, out var sequence)
            ? sequence : null;

    /// <summary>The parent of all candidates' nodes.</summary>
    internal string ParentBelow(string path) => Folder.Length == 0 ? path : Below(path, Folder);

    /// <summary>
    /// The parent of what candidates say of their stores: beside their nodes, as those who look for a leader expect nothing among them.
    /// </summary>
    internal string NoticesBelow(string path) => Below(path, Folder.Length == 0 ? "store-paths" : Folder + "-store-paths");

    private static string Below(string path, string name) => path == "/" ? "/" + name : path + "/" + name;
}
