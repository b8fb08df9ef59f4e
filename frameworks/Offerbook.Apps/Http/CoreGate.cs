using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Http;
using Offerbook.Apps.Core;
using Offerbook.Client.Hosting.Terms;
using Offerbook.Wire.Identity;

namespace Offerbook.Apps.Http;

/// <summary>
/// The way from a request into the core and back. Reads look at the newest published view instead and never wait for the core.
/// When the core's mailbox is full, or nobody takes from it, the client hears so at once.
/// </summary>
internal sealed class CoreGate : ITermGate<AppsMessage>
{
    private readonly ConcurrentDictionary<ConnectionId, TaskCompletionSource<Reply>> _waiting = new();
    private volatile Func<AppsMessage, bool>? _post;
    private volatile Errors.ApiError? _halted;
    private volatile AppsView _view = AppsView.Empty;
    private volatile TaskCompletionSource? _changed;
    private long _last;

    public AppsView View
    {
        get => _view;
        set
        {
            _view = value;
            Interlocked.Exchange(ref _changed, null)?.TrySetResult();
        }
    }

    /// <summary>Whether requests are taken, be it only those that read.</summary>
    public bool IsOpen => _post is not null || _halted is not null;

    public void Open(Func<AppsMessage, bool> post)
    {
        _post = post;
        _halted = null;
    }

    /// <summary>Reads are answered from the newest view, everything else is refused (507).</summary>
    public void Halt(string why, bool isClean)
    {
        _halted = Errors.ApiError.Of(507, "Nothing can be changed now: " + why);
        Refuse();
        if (isClean)
        {
            AnswerAll(_halted);
        }
    }

    /// <summary>Takes nothing any more. Who waits for the core still gets its answer; who waits for a change does not any more.</summary>
    public void Refuse()
    {
        _post = null;
        Interlocked.Exchange(ref _changed, null)?.TrySetResult();
    }

    /// <summary>Takes nothing any more, and tells everyone who still waits.</summary>
    public void Close()
    {
        Refuse();
        AnswerAll(Stopping);
    }

    public bool TryPost(AppsMessage message) => _post is { } post && post(message);

    /// <summary>Waits until the view is so, or until nothing changes any more.</summary>
    public async Task UntilAsync(Func<AppsView, bool> condition, CancellationToken cancellation)
    {
        while (true)
        {
            // Before looking: a change that comes after the look completes it.
            var fresh = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var changed = Interlocked.CompareExchange(ref _changed, fresh, null) ?? fresh;
            if (condition(_view) || _post is null)
            {
                return;
            }
            await changed.Task.WaitAsync(cancellation);
        }
    }

    public async Task<ApiResponse> CallAsync(ApiRequest request, ApiCall call) => ResponseOf(request, await ReplyAsync(request, call));

    /// <summary>The answer to a reply.</summary>
    public static ApiResponse ResponseOf(ApiRequest request, Reply reply) =>
        (reply.Body is null ? ApiResponse.Empty(reply.Status) : ApiResponse.Json(reply.Body, reply.Status)) with
        {
            Headers = Absolute(request.Context.Request, reply.Headers),
        };

    public async Task<Reply> ReplyAsync(ApiRequest request, ApiCall call)
    {
        var restart = RestartParameter.Read(request);
        if (!restart.IsOk)
        {
            return new Reply(default, restart.Error.Status, [], restart.Error.Body);
        }
        call = call with { Versioning = restart.Value.Versioning };
        var connection = new ConnectionId(Interlocked.Increment(ref _last));
        var answer = new TaskCompletionSource<Reply>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[connection] = answer;
        try
        {
            if (!TryPost(
                new AppsMessage.ApiCalled(connection, call, CallerOf(request)) { Condition = request.Condition, Grants = request.Grants }))
            {
                return Replies.Of(connection, _halted ?? (IsOpen ? Busy : Stopping));
            }
            return await answer.Task.WaitAsync(request.Context.RequestAborted);
        }
        finally
        {
            _waiting.TryRemove(connection, out _);
        }
    }

    /// <summary>Answers of clients that have gone are dropped.</summary>
    public void Answer(Reply reply)
    {
        if (_waiting.TryRemove(reply.Connection, out var source))
        {
            source.TrySetResult(reply);
        }
    }

    private void AnswerAll(Errors.ApiError error)
    {
        foreach (var (connection, source) in _waiting)
        {
            _waiting.TryRemove(connection, out _);
            source.TrySetResult(Replies.Of(connection, error));
        }
    }

    internal static Errors.ApiError Busy { get; } = Errors.ApiError.Of(503,
        "The server is too busy to take the request. Try again in a moment.");

    internal static ApiResponse Crowded { get; } = ApiResponse.Error(503,
        "Too many lists are being read to send another. Try again in a moment.");

    internal static Errors.ApiError Stopping { get; } = Errors.ApiError.Of(503,
        "The server is starting or stopping. Try again in a moment.");

    /// <summary>The core knows paths only; clients get locations with scheme and host.</summary>
    private static List<KeyValuePair<string, string>> Absolute(HttpRequest request, IReadOnlyList<KeyValuePair<string, string>> headers) =>
        headers
        .Select(header => header.Key == "Location" && header.Value.StartsWith('/') && request.Host.HasValue
            ? KeyValuePair.Create(header.Key, $"{request.Scheme}://{request.Host}{header.Value}")
            : header)
        .ToList();

    private static ApiCaller CallerOf(ApiRequest request) => new(AddressOf(request.Context), request.Path);

    public static string AddressOf(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress ?? IPAddress.Loopback;
        return (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
    }
}
