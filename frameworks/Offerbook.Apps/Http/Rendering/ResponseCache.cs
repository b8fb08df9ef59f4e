using Offerbook.Actors.Hosting;
using Offerbook.Apps.Core;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Http.Rendering;

/// <summary>
/// Answers to reads, made once for everybody who asks the same before anything changes. Those who ask while an older picture is being
/// put together wait for one next answer, which is made from the newest view when its turn comes: however many ask, one question is
/// made at a time, and everybody sees what was there when he asked or later. Only ages may be those of the step before: while answers
/// differ in nothing else, nobody waits for the newer one.
///
/// Large answers are made by threads that stand back, so that readers leave the processors to those who change things. At most
/// <see cref="Capacity"/> answers are kept, and those of older views go when one of a newer view is made.
/// </summary>
/// <param name="back">Make large answers.</param>
internal sealed class ResponseCache(CoreGate core, BackThreads back)
{
    /// <summary>Different questions: a load balancer, a page, some scripts.</summary>
    private const int Capacity = 64;

    /// <summary>A longer question is nobody's habit, and is not remembered.</summary>
    private const int MaxKey = 2_048;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Question> _questions = new(StringComparer.Ordinal);
    private ViewStamp _newest;

    /// <param name="isLarge">It may show the whole tree.</param>
    /// <param name="agesAt">The time that ages are told for; null when none are.</param>
    public Task<ApiResponse> GetAsync(ApiRequest request, bool isLarge, Func<Timestamp?> agesAt, Func<AppsView, ApiResponse> make)
    {
        // Who sees less asks something else.
        var key = request.Path + request.Context.Request.QueryString.Value + (request.Grants.ViewsAll ? "" : "\n" + request.Grants.ViewKey);
        var answer = new TaskCompletionSource<ApiResponse>(TaskCreationOptions.RunContinuationsAsynchronously);
        Question question;
        Task? before;
        Task<ApiResponse>? younger;
        lock (_lock)
        {
            if (key.Length > MaxKey || !TryFind(key, out question))
            {
                question = new Question();
            }
            var stamp = new ViewStamp(core.View, agesAt());
            if (question.Made is { IsFaulted: false } made && question.Stamp == stamp)
            {
                return made.IsCompleted ? made : question.StepBefore(stamp) ?? made;
            }
            younger = question.StepBefore(stamp);
            if (question.Next is { } next)
            {
                return younger ?? next;
            }
            if (isLarge && !back.HasRoom)
            {
                return Task.FromResult(younger is null ? CoreGate.Crowded : younger.Result);
            }
            question.Next = answer.Task;
            before = question.Made;
        }
        Task Make() => MakeAsync(question, before, answer, agesAt, make);
        _ = isLarge ? back.RunAsync(Make) : younger is null ? Make() : Task.Run(Make);
        return younger ?? answer.Task;
    }

    private async Task MakeAsync(Question question, Task? before, TaskCompletionSource<ApiResponse> answer, Func<Timestamp?> agesAt,
        Func<AppsView, ApiResponse> make)
    {
        if (before is { IsCompleted: false })
        {
            await Task.WhenAny(before);
        }
        try
        {
            AppsView view;
            lock (_lock)
            {
                view = core.View;
                question.Begin(new ViewStamp(view, agesAt()), answer.Task);
                ForgetOlder(question.Stamp.WithoutTime);
            }
            var response = make(view);
            if (response.Version is not null)
            {
                // Everybody needs it; computed here, nobody waits for it holding a thread.
                _ = response.Body.Hash;
            }
            answer.SetResult(response);
        }
        catch (Exception failure)
        {
            answer.SetException(failure);
        }
    }

    /// <summary>False: too many are being answered to remember one more.</summary>
    private bool TryFind(string key, out Question question)
    {
        if (_questions.TryGetValue(key, out question!))
        {
            return true;
        }
        if (_questions.Count >= Capacity)
        {
            Forget(static _ => true);
        }
        return _questions.Count < Capacity && _questions.TryAdd(key, question = new Question());
    }

    private void ForgetOlder(ViewStamp view)
    {
        if (view != _newest)
        {
            _newest = view;
            Forget(question => question.Stamp.WithoutTime != view);
        }
    }

    /// <summary>Of those that nobody waits for.</summary>
    private void Forget(Func<Question, bool> which)
    {
        foreach (var (key, question) in _questions)
        {
            if (question is { Next: null, Made: null or { IsCompleted: true } } && which(question))
            {
                _questions.Remove(key);
            }
        }
    }

    private sealed class Question
    {
        /// <summary>Of what is made, or being made.</summary>
        public ViewStamp Stamp { get; private set; }

        /// <summary>The newest answer; may be under way, from a view that is already taken.</summary>
        public Task<ApiResponse>? Made { get; private set; }

        /// <summary>The answer after that, whose view is not taken yet: everybody may still wait for it.</summary>
        public Task<ApiResponse>? Next { get; set; }

        private ViewStamp LastStamp { get; set; }

        /// <summary>The newest answer that is whole.</summary>
        private Task<ApiResponse>? Last { get; set; }

        public void Begin(ViewStamp stamp, Task<ApiResponse> answer)
        {
            Keep();
            (Stamp, Made, Next) = (stamp, answer, null);
        }

        /// <summary>An answer that is whole, and of which only the ages are not of this stamp but of the step before.</summary>
        public Task<ApiResponse>? StepBefore(ViewStamp stamp)
        {
            Keep();
            return Last is not null && stamp.IsNextStepOf(LastStamp) ? Last : null;
        }

        private void Keep()
        {
            if (Made is { IsCompletedSuccessfully: true })
            {
                (LastStamp, Last) = (Stamp, Made);
            }
        }
    }
}
