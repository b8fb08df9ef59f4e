using Newtonsoft.Json.Linq;

namespace Offerbook.Apps.Errors;

/// <summary>
/// What is wrong with a document and where, in the order found, one entry per path. At most <see cref="MaxErrors"/> are kept: a
/// hostile document must not make a bigger answer than itself.
/// </summary>
public sealed class PathErrors
{
    public const int MaxErrors = 1_000;

    private readonly List<string> _paths = [];
    private readonly Dictionary<string, List<string>> _errors = [];

    public int Count { get; private set; }

    public bool Any => Count > 0;

    /// <param name="path"><c>/</c> for the document itself, <c>/a/b</c> for a member, <c>/a(0)</c> for an element.</param>
    public void Add(string path, string error)
    {
        var at = path.Length == 0 ? "/" : path;
        if (Count >= MaxErrors)
        {
            return;
        }
        if (!_errors.TryGetValue(at, out var list))
        {
            _paths.Add(at);
            _errors[at] = list = [];
        }
        if (!list.Contains(error))
        {
            list.Add(error);
            Count++;
        }
    }

    public IEnumerable<(string Path, IReadOnlyList<string> Errors)> Entries =>
        _paths.Select(path => (path, (IReadOnlyList<string>)_errors[path]));

    public JArray ToJson() => new(Entries.Select(entry => new JObject { ["path"] = entry.Path, ["errors"] = new JArray(entry.Errors) }));
}
