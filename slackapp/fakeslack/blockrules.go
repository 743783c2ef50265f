package fakeslack

import (
	"maps"
	"time"
)

// The rules of Block Kit, as data: which properties blocks and elements have, and
// how long they may be.
//
// Documented: reference/block-kit and the doc comments of npm @slack/types 3.2.0.
// Assumed: lengths are counted in Unicode code points.

// Objects that blocks are made of (reference/block-kit/composition-objects).
func plainText(max int) check {
	return typed(map[string]check{"plain_text": plainTextObject(max)})
}

func plainTextObject(max int) check {
	return object(fields{"type!": anything, "text!": text(1, max), "emoji": yesNo})
}

func anyText(max int) check {
	return typed(map[string]check{
		"plain_text": plainTextObject(max),
		"mrkdwn":     object(fields{"type!": anything, "text!": text(1, max), "verbatim": yesNo}),
	})
}

func option() check {
	return object(fields{
		"text!": anyText(75), "value!": text(1, 75), "description": anyText(75), "url": text(1, 3000),
	})
}

var (
	confirmation = object(fields{
		"title!": plainText(100), "text!": anyText(300), "confirm!": plainText(30), "deny!": plainText(30),
		"style": among("primary", "danger"),
	})
	optionGroup    = object(fields{"label!": plainText(75), "options!": listOf(1, 100, option())})
	dispatchConfig = object(fields{
		"trigger_actions_on": listOf(1, 2, among("on_enter_pressed", "on_character_entered")),
	})
	conversationFilter = also(object(fields{
		"include":                          listOf(1, 4, among("im", "mpim", "private", "public")),
		"exclude_external_shared_channels": yesNo, "exclude_bot_users": yesNo,
	}), oneOfFields("include", "exclude_external_shared_channels", "exclude_bot_users"))
	slackFile = object(fields{"id": text(1, 255), "url": text(1, 3000)})
	id        = text(1, 255)
)

// with returns the properties of an element of one type: those that every
// element has and these.
func with(f fields) fields {
	all := fields{"type!": anything, "action_id": id, "confirm": confirmation, "focus_on_load": yesNo}
	maps.Copy(all, f)
	return all
}

// asked is with, for elements with a placeholder.
func asked(f fields) check {
	all := with(f)
	all["placeholder"] = plainText(150)
	return object(all)
}

// Elements (reference/block-kit/block-elements).
var (
	button = object(with(fields{
		"text!": plainText(75), "url": text(1, 3000), "value": text(0, 2000),
		"style": among("primary", "danger"), "accessibility_label": text(1, 75),
	}))
	imageElement = also(object(fields{
		"type!": anything, "image_url": text(1, 3000), "slack_file": slackFile, "alt_text!": text(1, 2000),
	}), oneOfFields("image_url", "slack_file"))
	choices = fields{"options": listOf(1, 100, option()), "option_groups": listOf(1, 100, optionGroup)}

	selects = map[string]check{
		"static_select": also(asked(merge(choices, fields{"initial_option": option()})),
			oneOfFields("options", "option_groups"), initialIsOffered),
		"external_select": asked(fields{"initial_option": option(), "min_query_length": integer(0, 255)}),
		"users_select":    asked(fields{"initial_user": id}),
		"channels_select": asked(fields{"initial_channel": id, "response_url_enabled": yesNo}),
		"conversations_select": asked(fields{
			"initial_conversation": id, "default_to_current_conversation": yesNo,
			"response_url_enabled": yesNo, "filter": conversationFilter,
		}),
	}
	multiSelects = map[string]check{
		"multi_static_select": also(asked(merge(choices, fields{
			"initial_options": listOf(1, 100, option()), "max_selected_items": integer(1, 1000)})),
			oneOfFields("options", "option_groups"), initialIsOffered),
		"multi_external_select": asked(fields{
			"initial_options": listOf(1, 100, option()), "min_query_length": integer(0, 255), "max_selected_items": integer(1, 1000)}),
		"multi_users_select":    asked(fields{"initial_users": listOf(1, 100, id), "max_selected_items": integer(1, 1000)}),
		"multi_channels_select": asked(fields{"initial_channels": listOf(1, 100, id), "max_selected_items": integer(1, 1000)}),
		"multi_conversations_select": asked(fields{
			"initial_conversations": listOf(1, 100, id), "default_to_current_conversation": yesNo,
			"filter": conversationFilter, "max_selected_items": integer(1, 1000)}),
	}
	pickers = map[string]check{
		"datepicker":     asked(fields{"initial_date": written(time.DateOnly)}),
		"timepicker":     asked(fields{"initial_time": written("15:04"), "timezone": id}),
		"datetimepicker": object(with(fields{"initial_date_time": integer(1_000_000_000, 9_999_999_999)})),
		"checkboxes": also(object(with(fields{
			"options!": listOf(1, 10, option()), "initial_options": listOf(1, 10, option())})), initialIsOffered),
		"radio_buttons": also(object(with(fields{
			"options!": listOf(1, 10, option()), "initial_option": option()})), initialIsOffered),
	}
	inputs = map[string]check{
		"plain_text_input": also(asked(fields{
			"initial_value": text(0, maxTyped), "multiline": yesNo, "min_length": integer(0, maxTyped),
			"max_length": integer(1, maxTyped), "dispatch_action_config": dispatchConfig}), ascending("min_length", "max_length")),
		"email_text_input": asked(fields{"initial_value": text(0, maxTyped), "dispatch_action_config": dispatchConfig}),
		"url_text_input":   asked(fields{"initial_value": text(0, maxTyped), "dispatch_action_config": dispatchConfig}),
		"number_input": also(asked(fields{
			"is_decimal_allowed!": yesNo, "initial_value": numeral, "min_value": numeral,
			"max_value": numeral, "dispatch_action_config": dispatchConfig}), ascending("min_value", "max_value")),
		"rich_text_input": asked(fields{
			"initial_value":          typed(map[string]check{"rich_text": object(fields{"type!": anything, "elements!": listOf(0, 1000, typed(richParts)), "block_id": id})}),
			"dispatch_action_config": dispatchConfig, "min_lines": integer(1, 100), "max_lines": integer(1, 100)}),
		"file_input": object(with(fields{"filetypes": listOf(1, 100, text(1, 32)), "max_files": integer(1, usualFiles)})),
	}

	overflow  = object(with(fields{"options!": listOf(1, 5, option())}))
	inActions = merge(selects, pickers, map[string]check{"button": button, "overflow": overflow})
	asElement = merge(inActions, multiSelects, map[string]check{"image": imageElement})
	inInput   = merge(selects, multiSelects, pickers, inputs)
	inContext = map[string]check{
		"image":      imageElement,
		"plain_text": plainTextObject(2000),
		"mrkdwn":     object(fields{"type!": anything, "text!": text(1, 2000), "verbatim": yesNo}),
	}
)

// actionable are the types of elements that people act on.
var actionable = setOfKeys(inActions, multiSelects, inputs)

// Rich text (reference/block-kit/blocks/rich-text-block).
var (
	style = object(fields{
		"bold": yesNo, "italic": yesNo, "strike": yesNo, "code": yesNo, "underline": yesNo,
		"highlight": yesNo, "client_highlight": yesNo, "unlink": yesNo,
	})
	richElements = map[string]check{
		"text":      object(fields{"type!": anything, "text!": text(1, 40_000), "style": style}),
		"link":      object(fields{"type!": anything, "url!": text(1, 3000), "text": text(0, 40_000), "unsafe": yesNo, "style": style}),
		"emoji":     object(fields{"type!": anything, "name!": text(1, 255), "unicode": anything, "skin_tone": number, "style": style}),
		"user":      object(fields{"type!": anything, "user_id!": id, "style": style}),
		"usergroup": object(fields{"type!": anything, "usergroup_id!": id, "style": style}),
		"channel":   object(fields{"type!": anything, "channel_id!": id, "style": style}),
		"broadcast": object(fields{"type!": anything, "range!": among("here", "channel", "everyone"), "style": style}),
		"color":     object(fields{"type!": anything, "value!": text(1, 32), "style": style}),
		"team":      object(fields{"type!": anything, "team_id!": id, "style": style}),
		"date": object(fields{
			"type!": anything, "timestamp!": number, "format!": text(1, 255), "url": text(1, 3000),
			"fallback": text(1, 3000), "style": style}),
	}
	richSection = object(fields{"type!": anything, "elements!": listOf(0, 1000, typed(richElements))})
	richPlain   = map[string]check{"text": richElements["text"], "link": richElements["link"]}
	richParts   = map[string]check{
		"rich_text_section": richSection,
		"rich_text_quote": object(fields{
			"type!": anything, "elements!": listOf(0, 1000, typed(richElements)), "border": number}),
		"rich_text_preformatted": object(fields{
			"type!": anything, "elements!": listOf(0, 1000, typed(richPlain)), "border": number, "language": text(1, 255)}),
		"rich_text_list": object(fields{
			"type!": anything, "style!": among("bullet", "ordered"), "indent": number, "offset": number, "border": number,
			"elements!": listOf(1, 1000, typed(map[string]check{"rich_text_section": richSection}))}),
	}
)

// block returns the check of a block with these properties.
func block(f fields) check {
	all := fields{"type!": anything, "block_id": id}
	maps.Copy(all, f)
	return object(all)
}

// Blocks (reference/block-kit/blocks).
var (
	viewBlocks = map[string]check{
		"section": also(block(fields{
			"text": anyText(3000), "fields": listOf(1, 10, anyText(2000)),
			"accessory": typed(asElement), "expand": yesNo,
		}), oneOfFields("text", "fields")),
		"divider": block(nil),
		"image": also(block(fields{
			"image_url": text(1, 3000), "slack_file": slackFile, "alt_text!": text(1, 2000), "title": plainText(2000),
		}), oneOfFields("image_url", "slack_file")),
		"actions":   block(fields{"elements!": listOf(1, 25, typed(inActions))}),
		"context":   block(fields{"elements!": listOf(1, 10, typed(inContext))}),
		"header":    block(fields{"text!": plainText(150), "level": number}),
		"rich_text": block(fields{"elements!": listOf(1, 1000, typed(richParts))}),
		"input": block(fields{
			"label!": plainText(2000), "element!": typed(inInput), "dispatch_action": yesNo,
			"hint": plainText(2000), "optional": yesNo,
		}),
	}
	messageBlocks = merge(viewBlocks, map[string]check{
		"markdown":           block(fields{"text!": text(1, 12_000)}),
		"data_visualization": chart,
		"table":              table,
	})
)

func merge[M ~map[string]check](all ...M) M {
	merged := make(M)
	for _, m := range all {
		maps.Copy(merged, m)
	}
	return merged
}

func setOfKeys(all ...map[string]check) map[string]bool {
	set := make(map[string]bool)
	for _, m := range all {
		for k := range m {
			set[k] = true
		}
	}
	return set
}
