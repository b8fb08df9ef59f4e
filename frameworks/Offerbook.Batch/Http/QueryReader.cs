using System.Globalization;
using Microsoft.AspNetCore.Http;
using Offerbook.Batch.Core;
using Offerbook.Batch.Errors;
using Offerbook.Batch.Jobs;

namespace Offerbook.Batch.Http;

/// <summary>The query of a request, with all that is wrong in it.</summary>
internal sealed class QueryReader(IQueryCollection query)
{
    /// <summary>Longer waits are for clients to repeat: much on the way cuts a silent connection after a minute.</summary>
    public const int MaxWaitSeconds = 60;

    private readonly List<PathErrors> _errors = [];

    public IReadOnlyList<PathErrors> Errors => _errors;

    /// <summary><c>offset</c> (default 0) and <c>limit</c> (default 100, at most 1,000).</summary>
    public Page Page() => new(Whole("offset", 0, 0, int.MaxValue), Whole("limit", Core.Page.DefaultLimit, 1, Core.Page.MaxLimit));

    /// <summary><c>wait</c>: seconds, at most 60.</summary>
    public TimeSpan? Wait() => query.ContainsKey("wait") ? TimeSpan.FromSeconds(Whole("wait", 0, 0, MaxWaitSeconds)) : null;

    /// <summary><c>level</c>: must be given.</summary>
    public int Level() => Whole("level", 0, 1, int.MaxValue, isRequired: true);

    /// <summary><c>state</c>: only jobs in this state.</summary>
    public JobState? State()
    {
        string? text = query["state"];
        if (text is null)
        {
            return null;
        }
        foreach (var state in Enum.GetValues<JobState>())
        {
            if (JobView.Text(state) == text)
            {
                return state;
            }
        }
        _errors.Add(new PathErrors("?state", ["must be one of " + string.Join(", ", Enum.GetValues<JobState>().Select(JobView.Text))]));
        return null;
    }

    private int Whole(string name, int fallback, int min, int max, bool isRequired = false)
    {
        string? text = query[name];
        if (text is null && !isRequired)
        {
            return fallback;
        }
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max)
        {
            return number;
        }
        _errors.Add(new PathErrors("?" + name, [$"must be a whole number between {min} and {max}"]));
        return fallback;
    }
}
