using Offerbook.Coordination;

namespace Offerbook.Client.Hosting.Terms;

/// <summary>The election that a framework stands in.</summary>
/// <param name="Shown">Its address as clients may see it, without secrets, such as <c>zk://h1:2181,h2:2181/marathon</c>.</param>
/// <param name="SessionTimeout">How long a silent leader goes on being one.</param>
/// <param name="Stand">Makes a candidate that is reached at an address, and that tells an operator what happens to it.</param>
public sealed record ElectionOptions(string Shown, TimeSpan SessionTimeout, Func<Uri, Action<string>, Task<ICandidate>> Stand);
