namespace Sleap.Cli;

/// <summary>How files of one recording become one.</summary>
internal sealed record MergeOptions
{
    /// <summary>Which poses stay where a frame is in two files with different ones; null: that is an error.</summary>
    public ConflictChoice? Conflicts { get; init; }

    /// <summary>How tracks of two files are known to be the same animal's.</summary>
    public SeamRule Tracks { get; init; } = SeamRule.Auto;

    /// <summary>Frames before and behind a seam in which an animal's last and first places are looked for.</summary>
    public int MaxGap { get; init; } = 10;

    /// <summary>Pixels that an animal may move across a seam; null: an animal's length.</summary>
    public double? MaxDistance { get; init; }
}

/// <summary>The file whose poses stay.</summary>
internal enum ConflictChoice
{
    /// <summary>The file that was named first.</summary>
    First,

    /// <summary>The file that was named last.</summary>
    Last,
}

/// <summary>How tracks go on from file to file.</summary>
internal enum SeamRule
{
    /// <summary>A tracker's numbers (<c>track_0</c>) by place, other names by name.</summary>
    Auto,

    /// <summary>All by place.</summary>
    Position,

    /// <summary>All by name.</summary>
    Name,
}
