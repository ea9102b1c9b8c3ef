namespace Sleap.MLNet;

/// <summary>Something that a configuration, or the labels it is to be trained on, lack.</summary>
/// <param name="Rule">What was checked.</param>
/// <param name="Network">The network, by the name that progress calls it; empty where it is about the labels.</param>
/// <param name="Message">What was found, with the numbers.</param>
/// <param name="Advice">What to change; empty where there is nothing to.</param>
/// <param name="IsWarning">Whether the model will be the worse for it; else it is good to know.</param>
public sealed record LintFinding(LintRule Rule, string Network, string Message, string Advice, bool IsWarning = true)
{
    /// <summary>One line.</summary>
    public override string ToString() =>
        $"{(Network.Length == 0 ? "" : Network + ": ")}{Message}{(Advice.Length == 0 ? "" : " " + Advice)}";
}
