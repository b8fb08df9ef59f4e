using Offerbook.Apps.Core;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Http.Rendering;

/// <summary>
/// Answers to reads, made once for everybody who asks the same before anything changes; those who ask at the same time wait for the one
/// who makes it. At most <see cref="Capacity"/> answers are kept, and those of older views go when one of a newer view comes.
/// </summary>
internal sealed class ResponseCache
{
    /// <summary>Different questions: a load balancer, a page, some scripts.</summary>
    private const int Capacity = 64;

    /// <summary>A longer question is nobody's habit, and is not remembered.</summary>
    private const int MaxKey = 2_048;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (ViewStamp Stamp, Lazy<ApiResponse> Answer)> _answers = new(StringComparer.Ordinal);
    private ViewStamp _newest;

    /// <param name="now">For answers that tell ages; null for others.</param>
    public ApiResponse Get(ApiRequest request, AppsView view, Timestamp? now, Func<ApiResponse> make)
    {
        var key = request.Path + request.Context.Request.QueryString.Value;
        return key.Length > MaxKey ? make() : Find(key, new ViewStamp(view, now), make).Value;
    }

    private Lazy<ApiResponse> Find(string key, ViewStamp stamp, Func<ApiResponse> make)
    {
        lock (_lock)
        {
            if (_answers.TryGetValue(key, out var known) && known.Stamp == stamp)
            {
                return known.Answer;
            }
            var view = stamp.WithoutTime;
            if (view != _newest || _answers.Count >= Capacity)
            {
                _answers.Clear();
                _newest = view;
            }
            var answer = new Lazy<ApiResponse>(make);
            _answers[key] = (stamp, answer);
            return answer;
        }
    }
}
