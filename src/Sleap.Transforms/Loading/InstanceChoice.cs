namespace Sleap.Transforms;

/// <summary>Which instances of a labeled frame become keypoints.</summary>
public enum InstanceChoice
{
    /// <summary>The instances that a person set; where a frame has none, the predicted ones.</summary>
    UserElsePredicted,

    /// <summary>Only instances that a person set.</summary>
    User,

    /// <summary>Only predicted instances.</summary>
    Predicted,

    /// <summary>All of them.</summary>
    All,
}
