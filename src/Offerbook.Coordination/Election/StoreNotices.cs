using System.Globalization;
using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Offerbook.Actors;
using Offerbook.Coordination.Nodes;
using Offerbook.Coordination.Sessions;

namespace Offerbook.Coordination.Election;

/// <summary>
/// What candidates tell each other of their stores: beside the candidates' nodes an ephemeral node for each, of the same name,
/// <c>store-paths/json.info_0000000042</c> with <c>{"store_ms":16}</c>. It goes with the session, so that nothing is believed of
/// who is not there any more.
///
/// Nothing of the election depends on it: its requests come after all others, and
/// whoever is not allowed to write here stands and leads as before.
///
/// Cost: two requests when the word changes; one list and a read for each candidate when somebody asks for the line.
/// </summary>
internal sealed class StoreNotices(Requests requests, NodeFormat format, ElectionPaths notices)
{
    /// <summary>Elections have three candidates, or five. Of what stands further behind the word is not asked for.</summary>
    public const int MostRead = 16;

    /// <summary>Whoever asks waits for its answer before it asks again.</summary>
    private const int MostAsking = 16;

    /// <summary>What failed is tried again: nobody repeats a word that has not changed.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(5);

    /// <summary>Of a notice whose answer was lost; never wished for, so that it is removed and made anew.</summary>
    private static readonly TimeSpan Unknown = TimeSpan.MinValue;

    private readonly List<int> _asking = [];
    private TimeSpan? _wanted;
    private (string Name, TimeSpan Commit)? _posted;
    private Ballot? _line;
    private List<Contender> _read = [];
    private bool _isFolderMissing;
    private bool _rests;
    private bool _isRefused;

    public void Publish(TimeSpan? commit)
    {
        _wanted = commit;
        _rests = false;
    }

    public void Ask(int call, bool isConnected, Effects effects)
    {
        if (!isConnected || _isRefused || _asking.Count == MostAsking)
        {
            effects.Add(new LineTold(call, null));
            return;
        }
        _asking.Add(call);
        _rests = false;
    }

    /// <summary>What failed may be tried again.</summary>
    public void Retry() => _rests = false;

    /// <summary>The session is over, and our notice with it.</summary>
    public void Renew(Effects effects)
    {
        Tell(null, effects);
        (_posted, _isRefused, _rests, _isFolderMissing) = (null, false, false, false);
    }

    /// <summary>The answer to the request under way will not come.</summary>
    public void Abandon(Step? underWay, Effects effects)
    {
        if (underWay is Step.Post post)
        {
            _posted = (post.Name, Unknown);
        }
        Tell(null, effects);
        _rests = false;
    }

    /// <summary>Makes the next request, if one is wanted.</summary>
    /// <param name="own">Name of our candidate's node.</param>
    public void Next(string own, Effects effects)
    {
        if (_rests || _isRefused)
        {
            return;
        }
        if (_posted is { } posted && (posted.Name != own || posted.Commit != _wanted))
        {
            requests.DeleteAt(new Step.Unpost(), notices.PathOf(posted.Name), effects);
        }
        else if (_posted is null && _wanted is { } commit)
        {
            Post(own, commit, effects);
        }
        else if (_asking.Count > 0)
        {
            Survey(own, effects);
        }
    }

    /// <returns>False when the step is none of the notices'.</returns>
    public bool Learn(Step step, Answer answer, Effects effects)
    {
        if (step is not (Step.MakeFolder or Step.Post or Step.Unpost or Step.ListLine or Step.ReadNotice))
        {
            return false;
        }
        switch (step, answer)
        {
            case (Step.MakeFolder, Answer.Created or Answer.Refused(ServiceError.NodeExists, _)):
                _isFolderMissing = false;
                break;
            case (Step.Post post, Answer.Created):
                _posted = (post.Name, post.Commit);
                break;
            case (Step.Post post, Answer.Refused(ServiceError.NodeExists, _)):
                // Ours, as the name is: its answer was lost with a connection. What it says is not known.
                _posted = (post.Name, Unknown);
                break;
            case (Step.Post, Answer.Refused(ServiceError.NoNode, _)) when !_isFolderMissing:
                _isFolderMissing = true;
                break;
            case (Step.Unpost, Answer.Deleted or Answer.Refused(ServiceError.NoNode, _)):
                _posted = null;
                break;
            case (Step.ListLine, Answer.Listed listed):
                _line = new Ballot();
                _line.Rank(listed.Names, format);
                break;
            case (Step.ReadNotice read, Answer.Content content):
                _read.Add(new Contender(read.Name, false, Parse(content.Data)));
                break;
            case (Step.ReadNotice read, Answer.Refused(ServiceError.NoNode, _)):
                _read.Add(new Contender(read.Name, false, null));
                break;
            default:
                Failed(step, answer, effects);
                break;
        }
        return true;
    }

    private static ReadOnlyMemory<byte> Format(TimeSpan commit) =>
        Encoding.UTF8.GetBytes(
            $$"""{"store_ms":{{((long)Math.Ceiling(commit.TotalMilliseconds)).ToString(CultureInfo.InvariantCulture)}}}""");

    private static TimeSpan? Parse(ReadOnlyMemory<byte> data)
    {
        try
        {
            using var reader = new JsonTextReader(new StringReader(Encoding.UTF8.GetString(data.Span))) { MaxDepth = 4 };
            return JToken.ReadFrom(reader) is JObject notice
                && notice["store_ms"] is JValue { Type: JTokenType.Integer, Value: long and >= 0 and < 86_400_000 and var commit }
                ? TimeSpan.FromMilliseconds(commit)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private void Post(string own, TimeSpan commit, Effects effects)
    {
        if (_isFolderMissing)
        {
            requests.Create(new Step.MakeFolder(), notices.Parent, ReadOnlyMemory<byte>.Empty, NodeKind.Persistent, effects);
        }
        else
        {
            requests.Create(new Step.Post(own, commit), notices.PathOf(own), Format(commit), NodeKind.Ephemeral, effects);
        }
    }

    private void Survey(string own, Effects effects)
    {
        if (_line?.Ranks is not { } ranks)
        {
            requests.List(new Step.ListLine(), watch: false, isFresh: true, effects);
            return;
        }
        while (_read.Count < ranks.Count && (ranks[_read.Count] == own || _read.Count >= MostRead))
        {
            _read.Add(new Contender(ranks[_read.Count], ranks[_read.Count] == own, ranks[_read.Count] == own ? _wanted : null));
        }
        if (_read.Count < ranks.Count)
        {
            requests.ReadAt(new Step.ReadNotice(ranks[_read.Count]), notices.PathOf(ranks[_read.Count]), effects);
        }
        else
        {
            Tell(_read, effects);
        }
    }

    private void Failed(Step step, Answer answer, Effects effects)
    {
        Tell(null, effects);
        _rests = true;
        effects.Add(new StartTimer(nameof(NoticeDue), Rest, new NoticeDue()));
        if (answer is Answer.Refused { Error: ServiceError.Denied or ServiceError.Invalid })
        {
            _isRefused = true;
            effects.Add(Texts.NoNotices(step, notices.Parent));
        }
    }

    private void Tell(IReadOnlyList<Contender>? line, Effects effects)
    {
        foreach (var call in _asking)
        {
            effects.Add(new LineTold(call, line));
        }
        _asking.Clear();
        (_line, _read) = (null, []);
    }
}
