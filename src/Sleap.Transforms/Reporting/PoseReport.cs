using System.Collections.Immutable;

namespace Sleap.Transforms;

/// <summary>A report that was written, and its figures.</summary>
/// <param name="Page">The path of report.html.</param>
/// <param name="Videos">What it says of each video.</param>
public sealed record PoseReport(string Page, ImmutableArray<VideoSummary> Videos);
