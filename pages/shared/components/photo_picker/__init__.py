"""An upload field that makes photos small in the browser before they are sent."""
