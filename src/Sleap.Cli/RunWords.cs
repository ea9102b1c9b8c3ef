namespace Sleap.Cli;

/// <summary>Where a training is kept.</summary>
/// <param name="Folder">Its folder.</param>
/// <param name="Resume">Whether the one that is there goes on.</param>
internal sealed record RunWords(string Folder, bool Resume);
