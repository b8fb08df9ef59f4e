using Offerbook.Actors;

namespace Offerbook.Apps.Json.Schema;

/// <summary>
/// The types of the API, read from the tables beside this file (any <c>.tsv</c> there is part of it): what each member is, whether it
/// must be given, what it defaults to, what it may be, and when it is written. The OpenAPI document is made of them, and a test holds
/// the readers and writers against them.
/// </summary>
public sealed class SchemaTable
{
    private const int Columns = 7;

    private static readonly Lazy<SchemaTable> s_known = new(Load);

    private readonly SortedDictionary<string, List<SchemaRow>> _types = new(StringComparer.Ordinal);

    public static SchemaTable Known => s_known.Value;

    /// <summary>Names of types, sorted.</summary>
    public IEnumerable<string> Types => _types.Keys;

    public bool Has(string type) => _types.ContainsKey(type);

    /// <summary>The rows of a type, in the order of the table.</summary>
    public IReadOnlyList<SchemaRow> Of(string type) => _types[type];

    private static SchemaTable Load()
    {
        var table = new SchemaTable();
        var assembly = typeof(SchemaTable).Assembly;
        foreach (var name in assembly.GetManifestResourceNames()
            .Where(name => name.EndsWith(".tsv", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            reader.ReadLine();
            while (reader.ReadLine() is { } line)
            {
                table.Add(line.Split('\t'), name);
            }
        }
        return table;
    }

    private void Add(string[] cells, string file)
    {
        Invariant.Check(cells.Length == Columns, $"a row of {file} has {Columns} columns: {string.Join('|', cells)}");
        if (!_types.TryGetValue(cells[0], out var rows))
        {
            _types[cells[0]] = rows = [];
        }
        rows.Add(new SchemaRow(cells[0], cells[1], cells[2], cells[3] == "required", cells[4], cells[5], cells[6]));
    }
}

/// <param name="Member"><c>=</c>: the type itself is what <paramref name="Form"/> says; <c>+</c>: it has all members of that type
/// too.</param>
/// <param name="Form"><c>text int long number flag time any</c>, another type, <c>[X]</c>, <c>{X}</c>, <c>enum A|B</c> or <c>one of A |
/// B</c>.</param>
/// <param name="IsRequired">Reading fails without it.</param>
/// <param name="Default">JSON; empty when an absent member means nothing special, or what depends on others.</param>
/// <param name="Constraint"><c>min= max= minLength= maxLength= minItems= maxItems= pattern=</c>, separated by spaces.</param>
/// <param name="Written"><c>always</c>, <c>known</c> (when there is a value) or <c>nonempty</c>.</param>
public sealed record SchemaRow(string Type, string Member, string Form, bool IsRequired, string Default, string Constraint, string Written)
{
    public IEnumerable<(string Name, string Value)> Constraints => Constraint
        .Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .Select(static part => part.Split('=', 2))
        .Select(static pair => (pair[0], pair[1]));
}
